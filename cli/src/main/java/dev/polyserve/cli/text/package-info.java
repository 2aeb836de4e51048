/// Reads and writes numbers, tables and terminal text; shared by all commands.
///
/// **Threads**: everything here may be used from any thread.
///
/// **Depends on** `dev.polyserve.text`.
@NullMarked
package dev.polyserve.cli.text;

import org.jspecify.annotations.NullMarked;
