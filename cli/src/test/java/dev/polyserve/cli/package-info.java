/// Runs the commands within this process on streams of the tests, and in some classes as processes.
@NullMarked
package dev.polyserve.cli;

import org.jspecify.annotations.NullMarked;
