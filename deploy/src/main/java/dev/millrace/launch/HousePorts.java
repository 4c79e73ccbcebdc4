package dev.millrace.launch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The ports of one process, all chosen before anything starts, so that a taken one is told at once.
 *
 * @param kafka empty without a broker
 * @param leaves by leaf
 * @param rafts by leaf
 */
record HousePorts(int jdbc, int flink, OptionalInt kafka, List<Integer> leaves, List<Integer> rafts) {
    HousePorts {
        leaves = List.copyOf(leaves);
        rafts = List.copyOf(rafts);
    }

    /**
     * Chooses ports. What was chosen for a 0 is remembered in the folder, so that pipelines and replicas find their
     * peers where they were before a restart.
     */
    static HousePorts choose(HouseConfig config, DataFolder folder) throws IOException {
        Chooser chooser = new Chooser(config.bind(), folder);
        HouseConfig.PortWishes wishes = config.ports();
        int jdbc = chooser.choose("--jdbc-port", wishes.jdbc(), 0);
        int flink = chooser.choose("--flink-port", wishes.flink(), 0);
        OptionalInt kafka = config.kafka()
                ? OptionalInt.of(chooser.choose("--kafka-port", wishes.kafka(), 0))
                : OptionalInt.empty();
        List<Integer> leaves = new ArrayList<>();
        List<Integer> rafts = new ArrayList<>();
        for (int leaf = 0; leaf < config.leaves(); leaf++) {
            leaves.add(chooser.choose("--leaf-port", wishes.leaf(), leaf));
            rafts.add(chooser.choose("--raft-port", wishes.raft(), leaf));
        }
        return new HousePorts(jdbc, flink, kafka, leaves, rafts);
    }

    private record Chooser(String bind, DataFolder folder) {
        /** A wished port is the base's, so the n-th server has the n-th after it. */
        int choose(String option, int wish, int ordinal) throws IOException {
            if (wish != 0) {
                return Ports.claim(bind, wish + ordinal, option);
            }
            String name = option.substring(2) + "-" + ordinal;
            int port = Ports.claimOrAny(bind, folder.remembered(name, 0));
            folder.remember(name, port);
            return port;
        }
    }
}
