/// The commands: what the command line says, what it means, and how the program runs and ends.
///
/// **Threads**: a command runs on the thread that called [dev.polyserve.cli.Main#run]; signals arrive on threads of the JVM.
///
/// **Depends on** the public interface of the library, picocli, tomlj (only when a configuration is read), and the packages
/// below this one.
@NullMarked
package dev.polyserve.cli;

import org.jspecify.annotations.NullMarked;
