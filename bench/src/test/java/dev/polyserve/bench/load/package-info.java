/// Tests of the load generator against servers that behave, and against some that do not.
@NullMarked
package dev.polyserve.bench.load;

import org.jspecify.annotations.NullMarked;
