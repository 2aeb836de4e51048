package dev.polyserve.bench.service;

import dev.polyserve.Input;
import dev.polyserve.Output;
import dev.polyserve.Protocol;
import java.io.IOException;

/// Echoes every byte, in event style.
public final class EchoProtocol implements Protocol {
    /// For loading by name.
    public EchoProtocol() {}

    @Override
    public void received(Input input, Output output) throws IOException {
        output.write(input.takeAll());
    }
}
