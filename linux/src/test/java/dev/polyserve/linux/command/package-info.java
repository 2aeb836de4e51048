/// Tests of commands as servers.
@NullMarked
package dev.polyserve.linux.command;

import org.jspecify.annotations.NullMarked;
