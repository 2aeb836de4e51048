package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.Generator;
import java.util.function.Consumer;

/// A generator and its consumer take turns: the first coroutine of the tutorial, with an end.
public final class GeneratorPingPong {
    private GeneratorPingPong() {}

    /// Plays the given number of rounds.
    public static void play(int rounds, Consumer<String> out) {
        // region generatorPingPong
        Generator<Integer> a = Generator.of(turn -> {
            for (int i = 1;; i++) {
                out.accept("----A---");
                turn.yield(i);
            }
        });
        try (a) {
            for (int i = 0; i < rounds; i++) {
                out.accept("----B---");
                a.next();
            }
        }
        // endregion
    }

    static void main() {
        play(5, IO::println);
    }
}
