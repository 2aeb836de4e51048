/// Tests of outgoing connections.
@org.jspecify.annotations.NullMarked
package dev.polyserve.cli.net;
