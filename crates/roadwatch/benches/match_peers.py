"""The same lines and polygons through shapely/GEOS: STRtree with prepared polygons. Prints one JSON line.

Usage: match_peers.py LINES POLYGONS, files of little-endian doubles: for each geometry its number of points, then
longitude and latitude of each.
"""

import array
import json
import sys
import time

import shapely


def read(path):
    numbers = array.array("d")
    with open(path, "rb") as file:
        numbers.frombytes(file.read())
    at = 0
    while at < len(numbers):
        count = int(numbers[at])
        pairs = numbers[at + 1 : at + 1 + 2 * count]
        yield list(zip(pairs[0::2], pairs[1::2]))
        at += 1 + 2 * count


lines = [shapely.LineString(points) for points in read(sys.argv[1])]
polygons = [shapely.Polygon(points) for points in read(sys.argv[2])]
start = time.process_time()
tree = shapely.STRtree(lines)
tree.query(polygons[0])
build = time.process_time() - start
times, hits = [], 0
for polygon in polygons:
    best = None
    for _ in range(2):
        start = time.process_time()
        found = tree.query(polygon, predicate="intersects")
        spent = time.process_time() - start
        best = spent if best is None else min(best, spent)
    times.append(best * 1000)
    hits += len(found)
times.sort()
print(json.dumps({"median": times[len(times) // 2], "total": sum(times), "hits": hits, "build": build * 1000,
                  "geos": shapely.geos_version_string}))
