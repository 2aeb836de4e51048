/// What a server does for whoever operates it, beside serving: a file with its process's number, an end when nobody needs it.
///
/// **Threads**: each class says which.
///
/// **Depends on** `dev.polyserve`.
@NullMarked
package dev.polyserve.cli.operation;

import org.jspecify.annotations.NullMarked;
