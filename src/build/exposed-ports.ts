import { dockerfileInvalid } from './dockerfile-invalid.ts';

/** `80`, `80/udp`, `8000-8010/tcp`: each port as image configurations have it. @throws SiloError DockerfileInvalid */
export const parsePorts = (words: readonly string[], line: number): readonly string[] => words.flatMap((word) => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(word);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || first < 1 || last > 65_535 || first > last) throw dockerfileInvalid(line, `'${word.slice(0, 40)}' is no port`);
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${(match[3] ?? 'tcp').toLowerCase()}`);
});
