/// File names, entries of directories that other processes may change meanwhile, and files that users name.
///
/// **Threads**: stated by each class.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.file;

import org.jspecify.annotations.NullMarked;
