/// Tests of the channel between supervisors and workers, and of its messages.
@NullMarked
package dev.polyserve.linux.control;

import org.jspecify.annotations.NullMarked;
