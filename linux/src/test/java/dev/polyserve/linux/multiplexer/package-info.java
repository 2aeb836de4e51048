/// Tests of the multiplexers.
@NullMarked
package dev.polyserve.linux.multiplexer;

import org.jspecify.annotations.NullMarked;
