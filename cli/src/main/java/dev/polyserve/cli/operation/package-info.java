/// The operation of a server: pid file, hot restart, exit when idle, permissions of socket files.
///
/// **Threads**: each class says which.
///
/// **Depends on** `dev.polyserve`.
@NullMarked
package dev.polyserve.cli.operation;

import org.jspecify.annotations.NullMarked;
