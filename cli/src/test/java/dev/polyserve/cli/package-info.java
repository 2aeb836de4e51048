/// Runs the commands in this process on streams of the tests' own, and in one class as a process.
@NullMarked
package dev.polyserve.cli;

import org.jspecify.annotations.NullMarked;
