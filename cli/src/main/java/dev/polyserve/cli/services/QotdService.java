package dev.polyserve.cli.services;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Short sentences in rotation, each far below the 511 characters that RFC 865 allows.
final class QotdService {
    private static final List<String> SENTENCES = List.of(
            "A stream has no messages until the reader draws the lines.",
            "The slowest reader decides how much you remember.",
            "Every wait without an end is a bug that has not met its client yet.",
            "A port is only yours after bind has said so.",
            "Half a connection is still a conversation.",
            "What is not measured side by side is not faster.",
            "A queue without a bound is a leak with good manners.",
            "Read everything you were sent before you hang up.",
            "The second signal means it.",
            "A log line without an action is noise with a time stamp.");

    private final AtomicInteger next = new AtomicInteger();

    byte[] next() {
        String sentence = SENTENCES.get(Math.floorMod(next.getAndIncrement(), SENTENCES.size()));
        return (sentence + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
