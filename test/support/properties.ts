// How properties run, in all test files: one whose precondition throws away most cases has shown nothing, and fails.

import fc from 'fast-check';

/** By default, fast-check lets a property pass that discards ninety-nine cases of a hundred. */
fc.configureGlobal({ maxSkipsPerRun: 2 });
