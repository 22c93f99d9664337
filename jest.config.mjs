/** Source is tested as it stands: packages resolve to src/ through the `tfjs-clip-source` export condition. */
export default {
  roots: ['<rootDir>/packages', '<rootDir>/weights-converter', '<rootDir>/benchmarks', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/test/harness/nodeEnvironment.cjs',
  testEnvironmentOptions: {
    customExportConditions: ['tfjs-clip-source', 'node', 'node-addons', 'require', 'default'],
  },
  setupFilesAfterEnv: ['<rootDir>/test/harness/setup.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '<rootDir>/test/harness/transform.cjs',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } },
    ],
  },
  // These publish ES modules only; jest runs CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(@jsquash|entities)/)'],
  testTimeout: 120_000,
};
