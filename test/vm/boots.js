// Cases → boots of guests. Cases of one kind of machine share a boot, because booting takes longer than most of them; each
// still has a root file system, mounts, and processes of its own, and clocks as after a boot (guest/fresh.js).

/** What booting takes, and a case besides its own waiting, in seconds; an emulated processor is slow. */
const BOOTING = { uml: 3, qemu: 10, arm: 10 };
const BRIEFLY = { uml: 4, qemu: 10, arm: 15 };
/** How long the cases of a boot last together, in seconds: the longest boot must not be the last to end. */
const LONGEST = { uml: 45, qemu: 60, arm: 300 };

/**
 * Distributes cases over boots: { machine, parameters, hardwareTime, seconds, cases }, the longest first. The hardware
 * time is that of its first case.
 */
export function bootsOf(cases) {
  const boots = [];
  const needy = longestFirst(cases.filter(c => c.boot !== undefined));
  const others = longestFirst(cases.filter(c => c.boot === undefined));
  for (const c of [...needy, ...others]) {
    const seconds = BRIEFLY[c.machine] + (c.seconds ?? 0);
    const shared = c.boot === undefined ? withPlaceFor(c, seconds, boots) : undefined;
    if (shared === undefined) boots.push(bootFor(c, BOOTING[c.machine] + seconds));
    else {
      shared.cases.push(c);
      shared.seconds += seconds;
    }
  }
  return longestFirst(boots);
}

function bootFor(c, seconds) {
  const { machine, parameters, hardwareTime } = c;
  return { machine, parameters, hardwareTime, alone: c.boot === 'alone', seconds, cases: [c] };
}

/** The boot that a case shares: the shortest of its kind; undefined if all are full. */
function withPlaceFor({ machine, parameters }, seconds, boots) {
  const [shortest] = boots
    .filter(boot => !boot.alone && boot.machine === machine)
    .filter(boot => JSON.stringify(boot.parameters) === JSON.stringify(parameters))
    .sort((a, b) => a.seconds - b.seconds);
  return shortest && shortest.seconds + seconds <= LONGEST[machine] ? shortest : undefined;
}

function longestFirst(list) {
  return [...list].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
}
