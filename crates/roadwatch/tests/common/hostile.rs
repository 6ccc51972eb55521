//! One document a class of hostile input, with the verdict it must end in.

use std::fmt::Write;

use roadwatch::cap::{Code, Verdict};

pub struct Case {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub verdict: Verdict,
    pub accepted: bool,
    /// A finding that must be among those reported.
    pub code: Option<Code>,
}

const NS: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// A valid alert with some pieces replaced.
pub fn alert(changes: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"{NS}\"><identifier>6210-1</identifier><sender>cma</sender>\
         <sent>2026-02-14T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>\
         <info><language>zh-CN</language><category>Met</category><event>道路结冰</event><urgency>Expected</urgency>\
         <severity>Severe</severity><certainty>Likely</certainty><expires>2026-02-15T06:00:00+08:00</expires>\
         <description>桥面结冰</description><area><areaDesc>庆阳市</areaDesc>\
         <polygon>35,107 35,108 36,108 36,107 35,107</polygon></area></info></alert>"
    );
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in the template");
        text = text.replacen(from, to, 1);
    }
    text
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, text).expect("memory");
    packer.finish().expect("memory")
}

pub fn cases() -> Vec<Case> {
    use Verdict::{Feed, Invalid, NotWellFormed, Valid};
    let mut cases = Vec::new();
    let mut add = |name, bytes: Vec<u8>, verdict, accepted, code| {
        cases.push(Case { name, bytes, verdict, accepted, code });
    };
    let plain = alert(&[]);
    add("a plain alert", plain.clone().into(), Valid, true, None);

    // The markup.
    let doctype = |inside: &str| plain.replacen("<alert", &format!("<!DOCTYPE alert{inside}><alert"), 1).into_bytes();
    add("DOCTYPE", doctype(""), Invalid, false, Some(Code::Unreadable));
    add("XXE", doctype(" [<!ENTITY x SYSTEM \"file:///etc/passwd\">]"), Invalid, false, Some(Code::Unreadable));
    let mut bomb = String::from(" [<!ENTITY a0 \"ha\">");
    for i in 1..20 {
        let _ = write!(bomb, "<!ENTITY a{i} \"{}\">", format!("&a{};", i - 1).repeat(10));
    }
    add("entity bomb", doctype(&(bomb + "]")), Invalid, false, Some(Code::Unreadable));
    add("unknown entity", alert(&[("桥面", "&lol;")]).into(), NotWellFormed, false, Some(Code::Unreadable));
    let deep = "<a>".repeat(100_000) + &"</a>".repeat(100_000);
    add("depth 100,000", alert(&[("桥面结冰", &deep)]).into(), Invalid, false, Some(Code::Unreadable));
    let attributes: String = (0..100_000).fold(String::new(), |mut t, i| {
        let _ = write!(t, " a{i}='x'");
        t
    });
    add(
        "100,000 attributes",
        alert(&[("<info>", &format!("<info{attributes}>"))]).into(),
        Invalid,
        false,
        Some(Code::Unreadable),
    );
    let namespaces: String = (0..20_000).fold(String::new(), |mut t, i| {
        let _ = write!(t, "<p{i}:x xmlns:p{i}='urn:{i}'/>");
        t
    });
    add(
        "20,000 namespaces",
        alert(&[("</alert>", &(namespaces + "</alert>"))]).into(),
        Invalid,
        false,
        Some(Code::Unreadable),
    );
    let elements = "<x/>".repeat(150_000);
    add(
        "150,000 elements",
        alert(&[("</alert>", &(elements + "</alert>"))]).into(),
        Invalid,
        false,
        Some(Code::Unreadable),
    );
    add("3 MB", alert(&[("桥面结冰", &"x".repeat(3 << 20))]).into(), Invalid, false, Some(Code::Unreadable));
    add("20 MB text", alert(&[("桥面结冰", &"雪".repeat(7 << 20))]).into(), Invalid, false, Some(Code::Unreadable));
    add("gzip bomb", gzip(&vec![b' '; 64 << 20]), Invalid, false, Some(Code::Unreadable));
    add("gzip, honest", gzip(plain.as_bytes()), Valid, true, Some(Code::Compressed));
    let packed = gzip(plain.as_bytes());
    add("gzip, torn", packed[..packed.len() / 2].to_vec(), NotWellFormed, false, Some(Code::Unreadable));
    add(
        "two roots",
        format!("{plain}{}", &plain[plain.find("<alert").expect("a root")..]).into(),
        NotWellFormed,
        false,
        Some(Code::Unreadable),
    );
    add("trailing bytes", format!("{plain}garbage").into(), NotWellFormed, false, Some(Code::Unreadable));
    add("cut short", plain.as_bytes()[..plain.len() - 30].to_vec(), NotWellFormed, false, Some(Code::Unreadable));
    add("NUL", plain.replacen("桥面", "\0", 1).into(), NotWellFormed, false, Some(Code::Unreadable));
    add("empty", Vec::new(), NotWellFormed, false, Some(Code::Unreadable));
    add("references in thousands", alert(&[("桥面结冰", &"&lt;".repeat(400_000))]).into(), Valid, true, None);

    // The encoding.
    add("BOM", format!("\u{feff}{plain}").into(), Valid, true, None);
    let utf16 = plain.replacen("UTF-8", "UTF-16", 1);
    add(
        "UTF-16",
        std::iter::once(0xfeff).chain(utf16.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        Valid,
        true,
        None,
    );
    let (gb, ..) = encoding_rs::GB18030.encode(&plain);
    add("GB18030 that says UTF-8", gb.to_vec(), NotWellFormed, true, Some(Code::Mislabelled));
    let label = plain.replacen("UTF-8", "GB18030", 1);
    let (gb, ..) = encoding_rs::GB18030.encode(&label);
    add("GB18030", gb.to_vec(), Valid, true, None);
    add("space before the declaration", format!("\n {plain}").into(), NotWellFormed, true, Some(Code::LeadingSpace));

    // Something else altogether.
    add("HTML", b"<html><body>404</body></html>".to_vec(), Invalid, false, Some(Code::NotAnAlert));
    add("HTML 5", b"<!DOCTYPE html><html><br></html>".to_vec(), Invalid, false, Some(Code::Unreadable));
    add("JSON", b"{\"alert\":{}}".to_vec(), NotWellFormed, false, Some(Code::Unreadable));
    add("wrong namespace", alert(&[(NS, "urn:evil")]).into(), Invalid, false, Some(Code::Namespace));
    add("no namespace", alert(&[(&format!(" xmlns=\"{NS}\""), "")]).into(), Invalid, true, Some(Code::Namespace));
    add("CAP 1.0", alert(&[(NS, "http://www.incident.com/cap/1.0")]).into(), Invalid, true, Some(Code::OldVersion));
    add("CAP 1.1", alert(&[(NS, "urn:oasis:names:tc:emergency:cap:1.1")]).into(), Valid, true, None);
    add("feed without entries", b"<feed xmlns='http://www.w3.org/2005/Atom'/>".to_vec(), Feed, true, None);

    // Times.
    let sent = |to: &str| alert(&[("2026-02-14T18:00:00+08:00", to)]).into_bytes();
    add("no offset", sent("2026-02-14T18:00:00"), Invalid, true, Some(Code::NoOffset));
    add("30 February", sent("2026-02-30T18:00:00+08:00"), Invalid, false, Some(Code::Time));
    add("second 60", sent("2026-02-14T18:00:60+08:00"), Invalid, false, Some(Code::Time));
    add("not a time", sent("yesterday"), Invalid, false, Some(Code::Time));
    let expires = |to: &str| alert(&[("2026-02-15T06:00:00+08:00", to)]).into_bytes();
    add("expires in 2099", expires("2099-01-01T00:00:00+08:00"), Valid, true, Some(Code::LongLife));
    add("expires before sent", expires("2020-01-01T00:00:00+08:00"), Valid, true, Some(Code::ExpiresBeforeSent));
    add("expires never", expires("never"), Invalid, true, Some(Code::Time));

    // Names and references.
    let references = |list: &str| {
        alert(&[("<info>", &format!("<references>{list}</references><info>")), (">Alert<", ">Update<")]).into_bytes()
    };
    add("names itself", references("cma,6210-1,2026-02-14T18:00:00+08:00"), Valid, true, Some(Code::SelfReference));
    let many: String = (0..10_000).fold(String::new(), |mut t, i| {
        let _ = write!(t, "cma,6210-{i},2026-02-13T18:00:00+08:00 ");
        t
    });
    add("10,000 references", references(&many), Valid, true, Some(Code::TooManyReferences));
    add("update of nothing", alert(&[(">Alert<", ">Update<")]).into(), Valid, true, Some(Code::NoReference));
    add("comma in the sender", alert(&[(">cma<", ">cma,evil<")]).into(), Valid, true, Some(Code::KeyCharacters));
    add("no sender", alert(&[("<sender>cma</sender>", "")]).into(), Invalid, false, Some(Code::Missing));
    add("unknown status", alert(&[(">Actual<", ">Real<")]).into(), Invalid, false, Some(Code::Word));
    add("lower case", alert(&[(">Actual<", ">actual<")]).into(), Invalid, true, Some(Code::WordSpelling));

    // Signatures.
    const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
    let inner = plain[plain.find("<alert").expect("a root")..].to_owned();
    let wrapped = format!("<s:Signature xmlns:s='{DSIG}'><s:Object>{inner}</s:Object></s:Signature></alert>");
    add("signature wrapping", alert(&[("</alert>", &wrapped)]).into(), Invalid, false, Some(Code::NestedAlert));
    let elsewhere = format!(
        "<s:Signature xmlns:s='{DSIG}'><s:SignedInfo><s:Reference URI='#x'/></s:SignedInfo></s:Signature></alert>"
    );
    add(
        "signature over something else",
        alert(&[("</alert>", &elsewhere)]).into(),
        Valid,
        true,
        Some(Code::SignatureShape),
    );
    add(
        "alert in alert",
        alert(&[("</alert>", &format!("{inner}</alert>"))]).into(),
        Invalid,
        false,
        Some(Code::NestedAlert),
    );

    // Contents.
    add("script", alert(&[("桥面", "&lt;SCRIPT&gt;alert(1)&lt;/script&gt;")]).into(), Valid, true, Some(Code::Markup));
    let resource = |inside: &str| {
        let resource =
            format!("<resource><resourceDesc>x</resourceDesc><mimeType>a/b</mimeType>{inside}</resource><area>");
        alert(&[("<area>", &resource)]).into_bytes()
    };
    add("link-local URL", resource("<uri>http://169.254.169.254/latest</uri>"), Valid, true, Some(Code::PrivateLink));
    add(
        "base64 bomb",
        resource(&format!("<derefUri>{}</derefUri>", "QUFB".repeat(400_000))),
        Valid,
        true,
        Some(Code::LargeAttachment),
    );

    // Areas: valid documents all; what the shapes come to is for `area` to say.
    let polygon = |to: &str| alert(&[("35,107 35,108 36,108 36,107 35,107", to)]).into_bytes();
    let circle: String = (0..=60_000).fold(String::new(), |mut t, i| {
        let angle = f64::from(i) / 60_000.0 * std::f64::consts::TAU;
        let _ = write!(t, "{:.6},{:.6} ", 35.0 + angle.sin(), 107.0 + angle.cos());
        t
    });
    add("60,000 vertices", polygon(&circle), Valid, true, None);
    let spikes: String = (0..60_000).fold(String::new(), |mut t, i| {
        let _ = write!(t, "{:.4},{} ", 30.0 + f64::from(i) * 1e-4, 107 + i % 2);
        t
    });
    add("60,000 spikes", polygon(&spikes), Valid, true, None);
    let polygons = "<polygon>35,107 35,108 36,108 36,107 35,107</polygon>".repeat(5_000);
    add("5,000 polygons", alert(&[("<polygon>", &format!("{polygons}<polygon>"))]).into(), Valid, true, None);
    for (name, shape) in [
        ("bow-tie", "35,107 36,108 36,107 35,108 35,107"),
        ("open ring", "35,107 35,108 36,108 36,107"),
        ("NaN", "NaN,107 35,108 36,108 NaN,107"),
        ("exponents", "3.5e1,1.07e2 35,108 36,108 3.5e1,1.07e2"),
        ("comma decimals", "35,5,107,3 35,5,108,3 36,5,108,3 35,5,107,3"),
        ("latitude and longitude swapped", "107,35 108,35 108,36 107,35"),
        ("180th meridian", "35,179 35,-179 36,-179 36,179 35,179"),
        ("the whole world", "-90,-180 -90,180 90,180 90,-180 -90,-180"),
    ] {
        add(name, polygon(shape), Valid, true, None);
    }
    cases
}
