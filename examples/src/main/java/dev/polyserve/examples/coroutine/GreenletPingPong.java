package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.Greenlet;
import java.util.ArrayList;
import java.util.function.Consumer;

/// Two greenlets switch to each other: the second coroutine of the tutorial, with an end.
public final class GreenletPingPong {
    private GreenletPingPong() {}

    /// Plays the given number of rounds.
    public static void play(int rounds, Consumer<String> out) {
        // region greenletPingPong
        Greenlet<Integer> main = Greenlet.main();
        var pair = new ArrayList<Greenlet<Integer>>();
        pair.add(Greenlet.of(main, (self, left) -> {
            for (int n = left; n > 0; n = self.switchTo(pair.get(1), n)) {
                out.accept("---A--");
            }
            return 0;
        }));
        pair.add(Greenlet.of(main, (self, left) -> {
            for (int n = left; n > 0; n = self.switchTo(pair.get(0), n - 1)) {
                out.accept("---B--");
            }
            return 0;
        }));
        main.switchTo(pair.get(0), rounds);
        main.kill(pair.get(1));
        // endregion
    }

    static void main() {
        play(5, IO::println);
    }
}
