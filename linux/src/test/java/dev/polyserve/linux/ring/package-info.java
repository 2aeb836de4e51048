/// Tests of the multiplexers.
@NullMarked
package dev.polyserve.linux.ring;

import org.jspecify.annotations.NullMarked;
