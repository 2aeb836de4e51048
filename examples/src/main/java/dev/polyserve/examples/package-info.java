/// Small example programs. Each has a `start` method for its test and a `main` method.
///
/// [dev.polyserve.examples.Upper], [dev.polyserve.examples.LinePrinter], [dev.polyserve.examples.Welcome],
/// [dev.polyserve.examples.ConnectionFileRecorder] and [dev.polyserve.examples.OperatorConsole] are the first servers
/// of socket tutorials, without the usual mistakes of those tutorials.
///
/// **Threads**: depend on the model of each server.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.examples;

import org.jspecify.annotations.NullMarked;
