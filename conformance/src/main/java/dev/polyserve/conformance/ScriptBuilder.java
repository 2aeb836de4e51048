package dev.polyserve.conformance;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Collects the steps of a script, and cuts its fragments.
///
/// **Thread**: its rehearsal's.
final class ScriptBuilder {
    private final List<PeerScript.Step> steps = new ArrayList<>();

    /// Splits a fragment into pieces.
    @FunctionalInterface
    interface Pieces {
        List<byte[]> of(byte[] bytes);
    }

    void add(PeerScript.Step step) {
        steps.add(step);
    }

    void receives(byte... bytes) {
        if (bytes.length > 0) {
            steps.add(new PeerScript.Receives(ByteBuffer.wrap(bytes.clone())));
        }
    }

    void awaits(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a peer that awaits nothing goes on: leave the step out");
        }
        steps.add(new PeerScript.Awaits(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// The script, which has not begun.
    PeerScript play(Pieces pieces) {
        List<PeerScript.Step> played = new ArrayList<>();
        for (PeerScript.Step step : steps) {
            if (step instanceof PeerScript.Receives fragment) {
                pieces.of(fragment.bytes().array())
                        .forEach(piece -> played.add(new PeerScript.Receives(ByteBuffer.wrap(piece))));
            } else {
                played.add(step);
            }
        }
        return new PeerScript(played);
    }

    /// Each byte by itself.
    static List<byte[]> singleBytes(byte... bytes) {
        List<byte[]> single = new ArrayList<>();
        for (byte value : bytes) {
            single.add(new byte[]{value});
        }
        return single;
    }

    /// Pieces of random length, many of them short.
    static List<byte[]> randomPieces(byte[] bytes, Random random) {
        List<byte[]> cut = new ArrayList<>();
        for (int from = 0; from < bytes.length;) {
            int most = random.nextBoolean() ? 4 : bytes.length;
            int length = Math.min(bytes.length - from, 1 + random.nextInt(most));
            cut.add(Arrays.copyOfRange(bytes, from, from + length));
            from += length;
        }
        return cut;
    }
}
