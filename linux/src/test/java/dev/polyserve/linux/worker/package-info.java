/// Tests of the messages between supervisors and workers, and of a supervisor's decisions.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
