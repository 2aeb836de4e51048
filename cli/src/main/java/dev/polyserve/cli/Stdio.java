package dev.polyserve.cli;

import java.io.InputStream;
import java.io.PrintStream;

/// The three standard streams of one run.
///
/// @param in what is read
/// @param out what was asked for
/// @param err everything else
record Stdio(InputStream in, PrintStream out, PrintStream err) {}
