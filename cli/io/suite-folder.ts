/** Where the suite stands: the folder of this executable, with what is installed beside it. */
export const suiteFolder = (): string => __dirname;
