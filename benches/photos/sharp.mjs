// Both renditions by sharp, as fast as it makes them: the thumbnail from the display. Prints what `measure` reads.
//   node sharp.mjs FOLDER-OF-NODE-MODULES PHOTO TIMES
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, file, times] = process.argv.slice(2);
const sharp = createRequire(`${folder}/`)('sharp');
sharp.cache(false);
const photo = readFileSync(file);
const inside = (side) => ({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
const render = async () => {
  const display = await sharp(photo).rotate().resize(inside(1600)).jpeg({ quality: 82 }).toBuffer();
  const thumb = await sharp(display).resize(inside(320)).jpeg({ quality: 75 }).toBuffer();
  return [display, thumb];
};
for (let warm = 0; warm < 3; warm += 1) await render();
const took = [];
const before = process.cpuUsage();
for (let run = 0; run < Number(times); run += 1) {
  const begun = performance.now();
  await render();
  took.push(performance.now() - begun);
}
const cpu = process.cpuUsage(before);
console.log(
  JSON.stringify({
    version: sharp.versions.sharp,
    took_ms: took,
    cpu_ms: (cpu.user + cpu.system) / 1000 / took.length,
    peak_bytes: process.resourceUsage().maxRSS * 1024,
  }),
);
