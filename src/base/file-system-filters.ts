/** Load order groups of filters with their altitudes (Windows driver documentation, "Load order groups and altitudes for minifilter drivers"). */
const groups: readonly (readonly [least: number, most: number, name: string])[] = [
  [420_000, 429_999, 'Filter'], [400_000, 409_999, 'Top'], [360_000, 389_999, 'Activity Monitor'], [340_000, 349_999, 'Undelete'], [320_000, 329_999, 'Anti-Virus'], [300_000, 309_999, 'Replication'],
  [280_000, 289_999, 'Continuous Backup'], [260_000, 269_999, 'Content Screener'], [240_000, 249_999, 'Quota Management'], [220_000, 229_999, 'System Recovery'], [200_000, 209_999, 'Cluster File System'],
  [180_000, 189_999, 'HSM'], [170_000, 174_999, 'Imaging'], [160_000, 169_999, 'Compression'], [140_000, 149_999, 'Encryption'], [130_000, 139_999, 'Virtualization'], [120_000, 129_999, 'Physical Quota Management'],
  [100_000, 109_999, 'Open File'], [80_000, 89_999, 'Security Enhancer'], [60_000, 69_999, 'Copy Protection'], [40_000, 49_999, 'Bottom'], [20_000, 29_999, 'System'],
];

/** Filters that come with Windows and Windows Server, in lower case: containers are made to work with them. */
const ofWindows: ReadonlySet<string> = new Set([
  'applockerfltr', 'bfs', 'bindflt', 'ccffilter', 'cldflt', 'csvflt', 'csvnsflt', 'datascrn', 'dedup', 'dfsdriver', 'dfsrro', 'filecrypt', 'fileinfo', 'fsdepends', 'gameflt', 'iorate', 'luafv', 'msnfsflt', 'mssecflt',
  'npsvctrig', 'prjflt', 'quota', 'resumekeyfilter', 'storqosflt', 'ucpd', 'unionfs', 'wcifs', 'wcnfs', 'wdfilter', 'wimmount', 'wof',
]);

/** The group of an altitude, such as Anti-Virus; undefined for one that none has. */
const groupOf = (altitude: string): string | undefined => {
  const value = Number(altitude);
  return groups.find(([least, most]) => value >= least && value < most + 1)?.[2];
};

/** Those that do not come with Windows, as people read them: "cbfs6 (Activity Monitor, 384700)". */
export const foreignFilters = (filters: readonly { readonly name: string; readonly altitude: string }[]): readonly string[] =>
  filters.filter(({ name }) => !ofWindows.has(name.toLowerCase())).map(({ name, altitude }) => `${name} (${[groupOf(altitude), altitude].filter((part) => part !== undefined && part !== '').join(', ') || 'no altitude'})`);
