// swift-tools-version: 6.2
import PackageDescription

/// As in Homing's own package.
let houseRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func homing(_ name: String) -> Target.Dependency { .product(name: name, package: "homing") }

let package = Package(
    name: "load",
    dependencies: [
        .package(name: "homing", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CLoad"),
        .target(
            name: "LoadGenerator",
            dependencies: [
                "CLoad", homing("CLinux"), homing("COpenSSL"), homing("CNghttp2"), homing("DNSWire"),
                homing("DNSCrypto"), homing("DNSZones"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: houseRules),
        .executableTarget(
            name: "homing-load",
            dependencies: [
                "LoadGenerator", homing("DNSWire"), homing("DNSCrypto"), homing("DNSZones"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: houseRules),
        .testTarget(
            name: "LoadGeneratorTests",
            dependencies: [
                "LoadGenerator", "homing-load", homing("DNSWire"), homing("DNSCrypto"), homing("DNSZones"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: houseRules),
    ]
)
