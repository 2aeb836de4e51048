import dev.polyserve.Model;
import dev.polyserve.Server;

void main() throws Exception {
    try (var server = Server.at("tcp://127.0.0.1:8888")
            .model(Model.auto()) // the default; or virtual(), thread(), threadPool(8), nio(): nothing else changes
            .handle(client -> {
                for (String line; (line = client.readLine()) != null && !line.equals("exit");) {
                    client.writeLine(line.toUpperCase());
                }
            })
            .start()) {
        server.await();
    }
}
