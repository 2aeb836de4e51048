/// Tests of the benchmark.
@NullMarked
package dev.polyserve.bench;

import org.jspecify.annotations.NullMarked;
