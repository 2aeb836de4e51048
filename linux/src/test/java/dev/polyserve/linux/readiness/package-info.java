/// Tests of the multiplexers.
@NullMarked
package dev.polyserve.linux.readiness;

import org.jspecify.annotations.NullMarked;
