/// Tests of a supervisor's decisions.
@NullMarked
package dev.polyserve.linux.supervisor;

import org.jspecify.annotations.NullMarked;
