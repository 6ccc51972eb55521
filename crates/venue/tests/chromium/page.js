// Three connections of a real browser: two venues with a made-up camera, and a viewer. The test outside carries out what `order` asks.
const post = async (path, body) => (await fetch(path, { method: "POST", body })).text();
const order = (text) => post("/order", text);

async function until(what, holds) {
  const end = performance.now() + 60000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (performance.now() > end) throw new Error("waited a minute for " + what);
    await new Promise((go) => setTimeout(go, 5));
  }
}

async function join(part, stream) {
  const pc = new RTCPeerConnection();
  if (stream) {
    pc.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" });
    pc.addTransceiver(stream.getVideoTracks()[0], {
      direction: "sendonly",
      sendEncodings: [
        { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150000 },
        { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 500000 },
        { rid: "h", maxBitrate: 1200000 },
      ],
    });
  }
  const stage = pc.addTransceiver("video", { direction: "recvonly" });
  const sound = pc.addTransceiver("audio", { direction: "recvonly" });
  for (const receiver of [stage.receiver, sound.receiver]) {
    const element = document.createElement(receiver.track.kind);
    element.muted = true;
    element.srcObject = new MediaStream([receiver.track]);
    document.body.append(element);
    element.play();
  }
  await pc.setLocalDescription();
  const answer = await post("/join?" + part, pc.localDescription.sdp);
  await pc.setRemoteDescription({ type: "answer", sdp: answer });
  await until(part + " to connect", () => pc.connectionState === "connected");
  const inbound = async (receiver) => {
    for (const report of (await receiver.getStats()).values()) if (report.type === "inbound-rtp") return report;
    return { framesDecoded: 0, keyFramesDecoded: 0, bytesReceived: 0, packetsReceived: 0 };
  };
  return { pc, picture: () => inbound(stage.receiver), heard: () => inbound(sound.receiver) };
}

async function run() {
  const stream = () => navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720, frameRate: 30 } });
  await join("venue", await stream());
  const second = await join("venue", await stream());
  const viewer = await join("viewer");
  await order("stage 0");
  await until("media to arrive at the server", async () => Number(await post("/dropped", "")) > 200);
  const before = (await viewer.picture()).bytesReceived + (await viewer.heard()).bytesReceived;
  await order("grant 0");
  await until("a picture at the viewer", async () => (await viewer.picture()).framesDecoded > 10);
  await until("sound at the viewer", async () => (await viewer.heard()).packetsReceived > 10);
  await until("a picture at the other venue", async () => (await second.picture()).framesDecoded > 10);
  await order("grant 1");
  const switches = [];
  for (let turn = 0; turn < 10; turn++) {
    const keys = (await viewer.picture()).keyFramesDecoded;
    const start = performance.now();
    await order("stage " + ((turn + 1) % 2));
    await until("the next venue's picture", async () => (await viewer.picture()).keyFramesDecoded > keys);
    switches.push(performance.now() - start);
    const frames = (await viewer.picture()).framesDecoded;
    await until("moving pictures", async () => (await viewer.picture()).framesDecoded > frames + 15);
  }
  const last = await viewer.picture();
  return { before, switches, width: last.frameWidth, decoded: last.framesDecoded, lost: last.packetsLost };
}

run().then((found) => post("/done", JSON.stringify(found)), (fault) => post("/done", JSON.stringify({ fault: String(fault) })));
