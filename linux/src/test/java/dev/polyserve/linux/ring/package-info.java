/// Tests of the completion ring.
@NullMarked
package dev.polyserve.linux.ring;

import org.jspecify.annotations.NullMarked;
