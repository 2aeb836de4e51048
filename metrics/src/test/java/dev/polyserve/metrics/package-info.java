/// Tests of the metrics.
@NullMarked
package dev.polyserve.metrics;

import org.jspecify.annotations.NullMarked;
