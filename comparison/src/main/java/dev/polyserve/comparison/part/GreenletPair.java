package dev.polyserve.comparison.part;

import dev.polyserve.coroutine.Greenlet;
import java.util.ArrayList;
import java.util.List;

/// Two greenlets that pass a number to each other, one less at each switch.
///
/// **Thread**: the one that creates it.
final class GreenletPair implements AutoCloseable {
    private final Greenlet<Integer> main = Greenlet.main();
    private final List<Greenlet<Integer>> pair = new ArrayList<>();

    GreenletPair() {
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            pair.add(Greenlet.of(main, (self, first) -> {
                int left = first;
                while (left > 0) {
                    int answer = self.switchTo(pair.get(other), left - 1);
                    if (left != 1 && answer != left - 2) {
                        throw new IllegalStateException("a switch was lost or came twice");
                    }
                    left = answer;
                }
                return left;
            }));
        }
    }

    /// Passes the number until it is 0, and returns that.
    int countDown(int from) {
        return main.switchTo(pair.getFirst(), from);
    }

    /// Ends both.
    @Override
    public void close() {
        pair.forEach(main::kill);
    }
}
