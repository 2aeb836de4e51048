/// Tests of starting programs.
@NullMarked
package dev.polyserve.linux.process;

import org.jspecify.annotations.NullMarked;
