/// Programs that tests start in JVMs of their own; a source directory of its own, because the tests of several modules use it.
@NullMarked
package dev.polyserve.program;

import org.jspecify.annotations.NullMarked;
