/// Tests of the RESP server, in rehearsals and with the tools of Redis.
@NullMarked
package dev.polyserve.examples.resp;

import org.jspecify.annotations.NullMarked;
