/// The commands: parses the command line, runs the command, and ends the program.
///
/// **Threads**: a command runs on the thread that called [dev.polyserve.cli.Main#run]; signals arrive on threads of the JVM.
///
/// **Depends on** the public interface of the library, picocli, tomlj (only for a configuration file), and the packages
/// below this one.
@NullMarked
package dev.polyserve.cli;

import org.jspecify.annotations.NullMarked;
