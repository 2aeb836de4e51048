package dev.polyserve.lab.work;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.record.BufferedRecorder;
import dev.polyserve.record.RecordKind;
import java.io.IOException;
import java.util.Arrays;

/// Does what each line asks for ([WorkRequest]), and records when it computes and when it sleeps.
///
/// **Thread**: those of the server's model.
///
/// @param recorder receives what the handler does
public record WorkHandler(BufferedRecorder recorder) implements Handler {
    /// The status of a process that a client has ended; a supervisor starts another worker.
    private static final int CRASHED = 70;
    private static final int PIECE_BYTES = 16 << 10;

    @Override
    public void handle(Connection connection) throws IOException, InterruptedException {
        for (String line; (line = connection.readLine()) != null;) {
            switch (WorkRequest.parse(line)) {
                case WorkRequest.Echo _ -> connection.writeLine(line);
                case WorkRequest.Compute compute -> {
                    recorder.says(connection.info(), RecordKind.COMPUTE);
                    long result = Computation.run(compute.millis());
                    recorder.says(connection.info(), RecordKind.TURN);
                    connection.writeLine(result == 0 ? "" : line);
                }
                case WorkRequest.Sleep sleep -> {
                    recorder.says(connection.info(), RecordKind.SLEEP);
                    Thread.sleep(sleep.millis());
                    recorder.says(connection.info(), RecordKind.TURN);
                    connection.writeLine(line);
                }
                case WorkRequest.Flood flood -> flood(connection, flood.bytes());
                case WorkRequest.Crash _ -> Runtime.getRuntime().halt(CRASHED);
            }
        }
    }

    private static void flood(Connection connection, int bytes) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        Arrays.fill(piece, (byte) '.');
        for (int left = bytes; left > 0; left -= piece.length) {
            connection.write(piece, 0, Math.min(left, piece.length));
        }
    }
}
