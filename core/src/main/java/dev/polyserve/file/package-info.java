/// Names of files, and entries of directories that others may change meanwhile.
///
/// **Threads**: each class says which.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.file;

import org.jspecify.annotations.NullMarked;
