package dev.polyserve.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.loop.FakeMultiplexer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a runner with event loops is made of.
class LoopRunnerTest {
    @Test
    void noMultiplexerStaysOpenWhenALaterOneCannotBeOpened() {
        List<FakeMultiplexer> opened = new ArrayList<>();
        assertThatThrownBy(() -> LoopRunner.multiplexers(4, () -> {
            if (opened.size() == 2) {
                throw new IOException("Too many open files");
            }
            opened.add(new FakeMultiplexer());
            return opened.getLast();
        })).hasMessage("Too many open files");
        assertThat(opened).hasSize(2).allMatch(FakeMultiplexer::closed);
    }
}
