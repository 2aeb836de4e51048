package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.Generator;
import java.util.function.Consumer;

/// Two that take turns, one a generator and the other its consumer: the tutorial's first coroutine, but it ends.
public final class GeneratorPingPong {
    private GeneratorPingPong() {}

    /// Plays so many rounds.
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
