/// The server that speaks RESP, rehearsed and asked by the tools of Redis.
@NullMarked
package dev.polyserve.examples.resp;

import org.jspecify.annotations.NullMarked;
