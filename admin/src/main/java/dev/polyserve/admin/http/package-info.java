/// What the HTTP endpoints of this project have in common: answers, which requests are answered, the files of a page, and server-sent
/// events.
///
/// **Threads**: each exchange has a thread of its own; everything here may be used from any thread.
///
/// **Depends on** the public interface of the library.
@NullMarked
package dev.polyserve.admin.http;

import org.jspecify.annotations.NullMarked;
