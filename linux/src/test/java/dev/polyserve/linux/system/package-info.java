/// Tests of the system calls.
@NullMarked
package dev.polyserve.linux.system;

import org.jspecify.annotations.NullMarked;
