/// Tests of what supervisors and workers tell each other, and of a supervisor's decisions.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
