package dev.polyserve.lab.work;

import java.nio.charset.StandardCharsets;

/// A request of a lab's client: what the server is to do before it answers. On the wire it is one line of [#LINE_BYTES]
/// bytes, such as `compute 300 ....`, which a server that only echoes answers, too.
///
/// **Thread**: any; it is a value.
public sealed interface LabWorkRequest {
    /// The length of a request, with its end of line.
    int LINE_BYTES = 64;

    /// The line comes back at once.
    record Echo() implements LabWorkRequest {}

    /// The line comes back after some computing.
    ///
    /// @param millis about how long that takes a free processor
    record Compute(int millis) implements LabWorkRequest {}

    /// The line comes back after a sleep of the handler.
    record Sleep(int millis) implements LabWorkRequest {}

    /// So many bytes come back.
    record Flood(int bytes) implements LabWorkRequest {}

    /// The process that serves it ends at once.
    record Crash() implements LabWorkRequest {}

    /// What a line asks for; one that asks for nothing else is for an echo.
    static LabWorkRequest parse(String line) {
        String[] words = line.split(" ", 3);
        if (words.length < 2 || !words[1].matches("[0-9]{1,9}")) {
            return new Echo();
        }
        int amount = Integer.parseInt(words[1]);
        return switch (words[0]) {
            case "compute" -> new Compute(amount);
            case "sleep" -> new Sleep(amount);
            case "flood" -> new Flood(amount);
            case "crash" -> new Crash();
            default -> new Echo();
        };
    }

    /// Its name in a recording, which begins the line.
    default String label() {
        return switch (this) {
            case Echo _ -> "echo";
            case Compute _ -> "compute";
            case Sleep _ -> "sleep";
            case Flood _ -> "flood";
            case Crash _ -> "crash";
        };
    }

    /// The number in the line: milliseconds, bytes or nothing.
    default int amount() {
        return switch (this) {
            case Echo _, Crash _ -> 0;
            case Compute compute -> compute.millis();
            case Sleep sleep -> sleep.millis();
            case Flood flood -> flood.bytes();
        };
    }

    /// The request.
    default byte[] line() {
        String words = label() + " " + amount() + " ";
        return (words + ".".repeat(LINE_BYTES - 1 - words.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /// How many bytes a server that knows such requests answers with.
    default int replyBytes() {
        return switch (this) {
            case Echo _, Compute _, Sleep _, Crash _ -> LINE_BYTES;
            case Flood flood -> flood.bytes();
        };
    }
}
